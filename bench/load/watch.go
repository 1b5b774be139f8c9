package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watch opens concurrency watches of one object, changes it count times, and takes the time from the sending of each
// change until the last watch has it.
func (c *client) watch(ctx context.Context, job *Job) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen := make(chan error, job.Concurrency)
	// Servers refuse thousands that come in one moment.
	opening := make(chan struct{}, 64)
	for range job.Concurrency {
		go c.follow(ctx, job, seen, opening)
	}
	// Without a resourceVersion each watch begins with the object as it is.
	if err := gather(seen, job.Concurrency, time.Minute); err != nil {
		return nil, fmt.Errorf("at first: %w", err)
	}
	latencies := make([]time.Duration, job.Count)
	begin := time.Now()
	for number := range job.Count {
		start := time.Now()
		patch := strings.ReplaceAll(job.Patch, "NUMBER", strconv.Itoa(number))
		written := make(chan error, 1)
		go func() {
			_, err := c.do(ctx, http.MethodPatch, job.Path, "application/merge-patch+json", patch)
			written <- err
		}()
		if err := gather(seen, job.Concurrency, 20*time.Second); err != nil {
			return nil, fmt.Errorf("after write %d: %w", number, err)
		}
		latencies[number] = time.Since(start)
		if err := <-written; err != nil {
			return nil, err
		}
	}
	return summarize(latencies, time.Since(begin)), nil
}

func (c *client) follow(ctx context.Context, job *Job, seen chan<- error, opening chan struct{}) {
	opening <- struct{}{}
	release := sync.OnceFunc(func() { <-opening })
	defer release()
	collection, name := path.Split(job.Path)
	query := "?watch=true&fieldSelector=metadata.name%3D" + name
	response, err := c.open(ctx, http.MethodGet, strings.TrimSuffix(collection, "/")+query, "", "")
	if err != nil {
		seen <- err
		return
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	for {
		if _, err := lines.ReadSlice('\n'); err != nil && err != bufio.ErrBufferFull {
			seen <- fmt.Errorf("watch ended: %w", err)
			return
		} else if err == nil {
			release()
			seen <- nil
		}
	}
}

// gather waits for one event of each watch.
func gather(seen <-chan error, count int, patience time.Duration) error {
	timeout := time.After(patience)
	for got := range count {
		select {
		case err := <-seen:
			if err != nil {
				return err
			}
		case <-timeout:
			return fmt.Errorf("%d of %d watches have the event after %v", got, count, patience)
		}
	}
	return nil
}
