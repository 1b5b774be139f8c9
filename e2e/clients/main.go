// Command go-clients is what other people's Go programs are to Keelson: client-go and controller-runtime as they are
// published, with their defaults. Each subcommand prints what happens to it as one JSON object a line.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	report("stopped", nil)
}

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: go-clients informer|manager|protobuf|webhooks NAMESPACE")
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	config.Wrap(reportWatchLists)
	programs := map[string]func(context.Context, *rest.Config, string) error{
		"informer": runInformer, "manager": runManager, "protobuf": runProtobuf, "webhooks": runWebhooks,
	}
	program, found := programs[args[0]]
	if !found {
		return fmt.Errorf("unknown program %q", args[0])
	}
	return program(ctx, config, args[1])
}

var output sync.Mutex

// report prints one line: {"what": ..., and the details}.
func report(what string, details map[string]any) {
	line := map[string]any{"what": what}
	for key, value := range details {
		line[key] = value
	}
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		panic(err)
	}
}
