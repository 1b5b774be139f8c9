module keelson.dev/e2e/merge-cases

go 1.26.0
