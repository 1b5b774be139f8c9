module keelson.dev/e2e/kind/light-node

go 1.26
