package main

import (
	"net/http"
	"path"
)

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) { return t(request) }

// reportWatchLists tells of each watch that asks for its initial events: client-go falls back to a list in silence when
// such a watch is refused, and a test wants to know.
func reportWatchLists(next http.RoundTripper) http.RoundTripper {
	return transport(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err == nil && request.URL.Query().Get("sendInitialEvents") == "true" {
			report("watchList", map[string]any{
				"resource":    path.Base(request.URL.Path),
				"status":      response.StatusCode,
				"contentType": response.Header.Get("Content-Type"),
			})
		}
		return response, err
	})
}
