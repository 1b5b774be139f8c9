package main

import (
	"slices"
	"time"
)

// Result is what a job took; times in milliseconds.
type Result struct {
	Count     int     `json:"count"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	// Bytes is the length of one answer (list).
	Bytes int64 `json:"bytes"`
}

func summarize(latencies []time.Duration, total time.Duration) *Result {
	slices.Sort(latencies)
	at := func(share float64) float64 {
		return float64(latencies[int(share*float64(len(latencies)-1))]) / float64(time.Millisecond)
	}
	return &Result{
		Count:     len(latencies),
		Seconds:   total.Seconds(),
		PerSecond: float64(len(latencies)) / total.Seconds(),
		P50:       at(0.5),
		P99:       at(0.99),
		Max:       at(1),
	}
}
