package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func (c *client) create(ctx context.Context, job *Job) (*Result, error) {
	return spread(ctx, job, func(ctx context.Context, number int) error {
		name := job.Prefix + strconv.Itoa(number)
		path := strings.ReplaceAll(job.Path, "NAME", job.Prefix+strconv.Itoa(number/max(job.Each, 1)))
		_, err := c.do(ctx, http.MethodPost, path, "application/json", strings.ReplaceAll(job.Body, "NAME", name))
		return err
	})
}

func (c *client) get(ctx context.Context, job *Job) (*Result, error) {
	return spread(ctx, job, func(ctx context.Context, number int) error {
		_, err := c.do(ctx, http.MethodGet, job.Path+"/"+job.Prefix+strconv.Itoa(number), "", "")
		return err
	})
}

func (c *client) list(ctx context.Context, job *Job) (*Result, error) {
	var length atomic.Int64
	result, err := spread(ctx, job, func(ctx context.Context, _ int) error {
		bytes, err := c.do(ctx, http.MethodGet, job.Path, "", "")
		length.Store(bytes)
		return err
	})
	if err == nil {
		result.Bytes = length.Load()
	}
	return result, err
}

// spread does the work count times, at most concurrency at once, and stops at the first failure.
func spread(ctx context.Context, job *Job, work func(ctx context.Context, number int) error) (*Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	latencies := make([]time.Duration, job.Count)
	var next atomic.Int64
	var workers sync.WaitGroup
	begin := time.Now()
	for range job.Concurrency {
		workers.Go(func() {
			for !job.enough.Load() && ctx.Err() == nil {
				number := int(next.Add(1)) - 1
				if number >= job.Count {
					return
				}
				start := time.Now()
				if err := work(ctx, number); err != nil {
					cancel(err)
					return
				}
				latencies[number] = time.Since(start)
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	done := min(int(next.Load()), job.Count)
	if done == 0 {
		return nil, errors.New("ended before it began")
	}
	return summarize(latencies[:done], time.Since(begin)), nil
}
