package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Where kind says which control planes there are, and when, in Envoy's words (pkg/cluster/internal/loadbalancer/config.go).
var controlPlanes = filepath.Join("/home", "envoy", "cds.yaml")

var socketAddress = regexp.MustCompile(`address: (\S+)\n\s+port_value: (\d+)`)

// balance stands in for Envoy before several control planes: each connection is handed to the first that takes it.
func balance() error {
	listener, err := net.Listen("tcp", ":6443")
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go handOn(connection.(*net.TCPConn))
	}
}

func handOn(from *net.TCPConn) {
	defer from.Close()
	text, _ := os.ReadFile(controlPlanes)
	for _, address := range socketAddress.FindAllStringSubmatch(string(text), -1) {
		to, err := net.DialTimeout("tcp", net.JoinHostPort(address[1], address[2]), 250*time.Millisecond)
		if err != nil {
			continue
		}
		defer to.Close()
		go func() {
			io.Copy(to, from)
			to.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(from, to)
		return
	}
}
