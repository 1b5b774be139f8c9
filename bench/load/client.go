package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

type client struct {
	http   *http.Client
	server string
	token  string
}

// connect makes a client with a warm connection.
func connect(ctx context.Context, job *Job) (*client, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(job.CA)) {
		return nil, errors.New("no certificate in ca")
	}
	config := &tls.Config{RootCAs: roots}
	if job.Certificate != "" {
		pair, err := tls.X509KeyPair([]byte(job.Certificate), []byte(job.Key))
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	api := &client{server: job.Server, token: job.Token, http: &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		// A list is measured as it is sent; compression would measure this client's inflating.
		DisableCompression: true,
		TLSClientConfig:    config,
	}}}
	_, err := api.do(ctx, http.MethodGet, "/version", "", "")
	return api, err
}

// do sends one request, reads the whole answer and returns its length.
func (c *client) do(ctx context.Context, method, path, contentType, body string) (int64, error) {
	response, err := c.open(ctx, method, path, contentType, body)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return io.Copy(io.Discard, response.Body)
}

// open sends one request and leaves the answer to be read; an answer that is not a success is an error.
func (c *client) open(ctx context.Context, method, path, contentType, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.server+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		defer response.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return response, nil
}
