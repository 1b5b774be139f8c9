// Collects the texts of the decoding tests of go-yaml and sigs.k8s.io/yaml out of their source, each as a field of an object,
// and prints as JSON what sigs.k8s.io/yaml, with which kube-apiserver reads YAML, makes of the object.
//
//	yaml-cases <folder of go.yaml.in/yaml/v2> <folder of sigs.k8s.io/yaml>
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

type testCase struct {
	// The whole body.
	Text string `json:"text"`
	// Absent where the body is refused.
	Object json.RawMessage `json:"object,omitempty"`
}

const head = `apiVersion: suites.keelson.dev/v1
kind: Document
metadata:
  name: NAME
spec:
  doc:
`

func main() {
	texts := append(textsOf(os.Args[1], "decode_test.go"), textsOf(os.Args[2], "yaml_test.go")...)
	cases, seen := []testCase{}, map[string]bool{}
	for _, text := range texts {
		if seen[text] || strings.TrimSpace(text) == "" {
			continue
		}
		seen[text] = true
		body := head + "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
		one := testCase{Text: body}
		if object, err := yaml.YAMLToJSON([]byte(body)); err == nil {
			one.Object = object
		}
		cases = append(cases, one)
	}
	if err := json.NewEncoder(os.Stdout).Encode(cases); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Texts that stand first in an entry of a table, or that are made bytes of.
func textsOf(folder, name string) []string {
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, name), nil, 0)
	if err != nil {
		fail(err)
	}
	texts := []string{}
	add := func(expression ast.Expr) {
		if literal, ok := expression.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				texts = append(texts, text)
			}
		}
	}
	ast.Inspect(source, func(node ast.Node) bool {
		switch found := node.(type) {
		case *ast.CompositeLit:
			if found.Type == nil && len(found.Elts) > 0 {
				add(found.Elts[0])
			}
		case *ast.CallExpr:
			if _, ok := found.Fun.(*ast.ArrayType); ok && len(found.Args) == 1 {
				add(found.Args[0])
			}
		}
		return true
	})
	return texts
}
