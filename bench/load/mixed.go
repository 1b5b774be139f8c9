package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// mixed does of ten requests six gets, two patches, a create and a page of 100, of objects that are there.
func (c *client) mixed(ctx context.Context, job *Job) (*Result, error) {
	if job.Existing < 1 {
		return nil, errors.New("mixed needs objects that exist")
	}
	return spread(ctx, job, func(ctx context.Context, number int) error {
		// A prime: each request of another object, and never two at once of the same.
		existing := job.Path + "/" + job.ExistingPrefix + strconv.Itoa(number*7919%job.Existing)
		var err error
		switch number % 10 {
		case 0, 5:
			patch := strings.ReplaceAll(job.Patch, "NUMBER", strconv.Itoa(number))
			_, err = c.do(ctx, http.MethodPatch, existing, "application/merge-patch+json", patch)
		case 3:
			body := strings.ReplaceAll(job.Body, "NAME", job.Prefix+strconv.Itoa(number))
			_, err = c.do(ctx, http.MethodPost, job.CreatePath, "application/json", body)
		case 7:
			_, err = c.do(ctx, http.MethodGet, job.Path+"?limit=100", "", "")
		default:
			_, err = c.do(ctx, http.MethodGet, existing, "", "")
		}
		return err
	})
}
