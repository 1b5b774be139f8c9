// Command bench-load puts one kind of load on a Kubernetes API and prints what it saw. It is the same client for every
// server that is measured, and a cheap one: net/http with HTTP/2 and TLS, answers read and thrown away.
//
// It reads one job as JSON from standard input and prints one result as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
)

// Job is what to do, and to whom.
type Job struct {
	Server string `json:"server"`
	CA     string `json:"ca"`
	// Either a client certificate with its key, or a bearer token.
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	Token       string `json:"token"`
	// Operation is create, get, list, mixed or watch.
	Operation string `json:"operation"`
	// Path is that of the collection, or of the one object for watch.
	Path        string `json:"path"`
	Concurrency int    `json:"concurrency"`
	Count       int    `json:"count"`
	// Prefix begins the names: <prefix><number from 0>.
	Prefix string `json:"prefix"`
	// Each is how many go to one place: in Path, NAME stands for the number divided by it.
	Each int `json:"each"`
	// Body is the object to create, in which NAME stands for its name.
	Body string `json:"body"`
	// Patches are the merge patches of watch and mixed, in which NUMBER stands for that of the write.
	Patch string `json:"patch"`
	// Existing is how many objects there are in Path for mixed, ExistingPrefix begins their names, and CreatePath is where
	// it creates others.
	Existing       int    `json:"existing"`
	ExistingPrefix string `json:"existingPrefix"`
	CreatePath     string `json:"createPath"`
	// UntilInputEnds ends create, get, list and mixed when standard input is closed, at the latest after Count.
	UntilInputEnds bool `json:"untilInputEnds"`
	enough         atomic.Bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	result, err := perform(ctx)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func perform(ctx context.Context) (*Result, error) {
	job := &Job{}
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(job); err != nil {
		return nil, err
	}
	if job.Concurrency < 1 || job.Count < 1 {
		return nil, fmt.Errorf("concurrency %d and count %d must be positive", job.Concurrency, job.Count)
	}
	if job.UntilInputEnds {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			job.enough.Store(true)
		}()
	}
	api, err := connect(ctx, job)
	if err != nil {
		return nil, err
	}
	switch job.Operation {
	case "create":
		return api.create(ctx, job)
	case "get":
		return api.get(ctx, job)
	case "list":
		return api.list(ctx, job)
	case "mixed":
		return api.mixed(ctx, job)
	case "watch":
		return api.watch(ctx, job)
	}
	return nil, fmt.Errorf("unknown operation %q", job.Operation)
}
