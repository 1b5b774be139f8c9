module keelson.dev/e2e/kind/programs

go 1.26
