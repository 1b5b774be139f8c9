// Reads the tables of structured-merge-diff's merge tests out of their source, and prints them as JSON: they are literals.
//
//	merge-cases <folder of the package merge>
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
)

type operation struct {
	Type     string `json:"type"`
	Manager  string `json:"manager"`
	Version  string `json:"version"`
	Object   string `json:"object"`
	Conflict bool   `json:"conflict"`
	// Of ChangeParser.
	Schema string `json:"schema"`
	Start  string `json:"start"`
}

type owned struct {
	Manager string          `json:"manager"`
	Version string          `json:"version"`
	Paths   [][]interface{} `json:"paths"`
}

type testCase struct {
	Name    string      `json:"name"`
	Schema  string      `json:"schema"`
	Type    string      `json:"type"`
	Ops     []operation `json:"ops"`
	Object  *string     `json:"object"`
	Managed []owned     `json:"managed"`
	// One of the operations must be refused.
	Fails bool `json:"fails"`
}

// A case that cannot be said as data, and what keeps it from that.
type leftCase struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// What cannot be said as data: a case that holds one is left out, and named.
type notData struct{ what string }

func main() {
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*_test.go"))
	if err != nil || len(files) == 0 {
		fail(fmt.Errorf("no tests in %s", os.Args[1]))
	}
	read := reader{parsers: map[string][2]string{"DeducedParser": {"", ""}}, cases: []testCase{}, left: []leftCase{}}
	sources := []*ast.File{}
	for _, file := range files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			fail(err)
		}
		sources = append(sources, source)
		// Tests of one file use the parsers of another.
		for _, declaration := range source.Decls {
			read.parser(declaration)
		}
	}
	for _, source := range sources {
		for _, declaration := range source.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Body != nil {
				read.function(function)
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"cases": read.cases, "left": read.left}); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

type reader struct {
	parsers map[string][2]string
	cases   []testCase
	left    []leftCase
}

// var x = func() Parser { parser, err := typed.NewParser(`…`); return SameVersionParser{T: parser.Type("…")} }()
func (r *reader) parser(declaration ast.Decl) {
	general, ok := declaration.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range general.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok || len(value.Values) != 1 {
			continue
		}
		schema, start := "", ""
		ast.Inspect(value.Values[0], func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			selector, ok := call.Fun.(*ast.SelectorExpr)
			text, isText := call.Args[0].(*ast.BasicLit)
			if !ok || !isText {
				return true
			}
			switch selector.Sel.Name {
			case "NewParser":
				schema = unquote(text)
			case "Type":
				start = unquote(text)
			}
			return true
		})
		if schema != "" && start == "" {
			// A parser of several versions: a version's type is named after it.
			start = "v1"
		}
		if schema != "" {
			r.parsers[value.Names[0].Name] = [2]string{schema, start}
		}
	}
}

func (r *reader) function(function *ast.FuncDecl) {
	used, converts, fails := "", false, false
	ast.Inspect(function.Body, func(node ast.Node) bool {
		if statement, ok := node.(*ast.DeclStmt); ok {
			r.parser(statement.Decl)
		}
		if comparison, ok := node.(*ast.BinaryExpr); ok && comparison.Op == token.EQL && calls(comparison.X, "Test") {
			fails = true
		}
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		converts = converts || calls(call, "TestWithConverter")
		if name, ok := call.Args[0].(*ast.Ident); ok && calls(call, "Test") {
			used = name.Name
		}
		return true
	})
	found, known := r.parsers[used]
	ast.Inspect(function.Body, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		name, isText := pair.Key.(*ast.BasicLit)
		literal, isLiteral := pair.Value.(*ast.CompositeLit)
		if !isText || !isLiteral || !has(literal, "Ops") {
			return true
		}
		one := testCase{Name: function.Name.Name + "/" + unquote(name), Schema: found[0], Type: found[1], Fails: fails}
		why := one.fill(literal, r.parsers)
		if converts {
			why = "a converter"
		} else if !known {
			why = "no parser"
		}
		if why == "" {
			r.cases = append(r.cases, one)
		} else {
			r.left = append(r.left, leftCase{one.Name, why})
		}
		return false
	})
}

func calls(node ast.Expr, method string) bool {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == method
}

func has(literal *ast.CompositeLit, key string) bool {
	_, ok := fields(literal)[key]
	return ok
}

func fields(literal *ast.CompositeLit) map[string]ast.Expr {
	found := map[string]ast.Expr{}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if name, ok := pair.Key.(*ast.Ident); ok {
				found[name.Name] = pair.Value
			}
		}
	}
	return found
}

// Returns what keeps the case from being data; nothing for one that is.
func (c *testCase) fill(literal *ast.CompositeLit, parsers map[string][2]string) (why string) {
	defer func() {
		if problem := recover(); problem != nil {
			not, ok := problem.(notData)
			if !ok {
				panic(problem)
			}
			why = not.what
		}
	}()
	for name, value := range fields(literal) {
		switch name {
		case "Ops":
			for _, element := range composite(value).Elts {
				c.Ops = append(c.Ops, operationOf(composite(element), parsers))
			}
		case "Object":
			object := object(value)
			c.Object = &object
		case "Managed":
			for _, element := range composite(value).Elts {
				c.Managed = append(c.Managed, ownedBy(element.(*ast.KeyValueExpr)))
			}
		case "APIVersion":
		default:
			panic(notData{name})
		}
	}
	return ""
}

var operations = map[string]bool{"Apply": true, "ForceApply": true, "ExtractApply": true, "Update": true, "ChangeParser": true}

func operationOf(literal *ast.CompositeLit, parsers map[string][2]string) operation {
	kind := literal.Type
	if qualified, ok := kind.(*ast.SelectorExpr); ok {
		kind = qualified.Sel
	}
	name, ok := kind.(*ast.Ident)
	if !ok || !operations[name.Name] {
		panic(notData{"operation"})
	}
	one := operation{Type: name.Name}
	for name, value := range fields(literal) {
		switch name {
		case "Manager":
			one.Manager = text(value)
		case "Object":
			one.Object = object(value)
		case "Conflicts":
			one.Conflict = true
		case "APIVersion":
			one.Version = text(value)
		case "Parser":
			parser, ok := value.(*ast.Ident)
			if !ok {
				panic(notData{"parser"})
			}
			one.Schema, one.Start = parsers[parser.Name][0], parsers[parser.Name][1]
		default:
			panic(notData{name})
		}
	}
	return one
}

// "manager": fieldpath.NewVersionedSet(_NS(…), "v1", true)
func ownedBy(pair *ast.KeyValueExpr) owned {
	call := callOf(pair.Value, "NewVersionedSet")
	one := owned{Manager: text(pair.Key), Version: text(call.Args[1]), Paths: [][]interface{}{}}
	for _, path := range callOf(call.Args[0], "_NS").Args {
		elements := []interface{}{}
		for _, part := range callOf(path, "_P").Args {
			elements = append(elements, element(part))
		}
		one.Paths = append(one.Paths, elements)
	}
	return one
}

// A field's name, {"key": {…}}, {"value": …} or {"index": …}.
func element(part ast.Expr) interface{} {
	if literal, ok := part.(*ast.BasicLit); ok {
		if literal.Kind == token.INT {
			return map[string]interface{}{"index": scalar(part)}
		}
		return unquote(literal)
	}
	call, ok := part.(*ast.CallExpr)
	if !ok {
		panic(notData{"element"})
	}
	name, _ := call.Fun.(*ast.Ident)
	if name == nil {
		panic(notData{"element"})
	}
	switch name.Name {
	case "_KBF":
		key := map[string]interface{}{}
		for index := 0; index < len(call.Args); index += 2 {
			key[text(call.Args[index])] = scalar(call.Args[index+1])
		}
		return map[string]interface{}{"key": key}
	case "_V":
		return map[string]interface{}{"value": scalar(call.Args[0])}
	}
	panic(notData{name.Name})
}

func scalar(value ast.Expr) interface{} {
	switch literal := value.(type) {
	case *ast.BasicLit:
		if literal.Kind == token.STRING {
			return unquote(literal)
		}
		return json.Number(literal.Value)
	case *ast.CallExpr:
		// float64(1)
		if name, ok := literal.Fun.(*ast.Ident); ok && name.Name == "float64" && len(literal.Args) == 1 {
			return scalar(literal.Args[0])
		}
	case *ast.Ident:
		if literal.Name == "true" || literal.Name == "false" {
			return literal.Name == "true"
		}
	}
	panic(notData{"scalar"})
}

func composite(value ast.Expr) *ast.CompositeLit {
	if address, ok := value.(*ast.UnaryExpr); ok {
		value = address.X
	}
	literal, ok := value.(*ast.CompositeLit)
	if !ok {
		panic(notData{"literal"})
	}
	return literal
}

func callOf(value ast.Expr, want string) *ast.CallExpr {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		panic(notData{want})
	}
	switch function := call.Fun.(type) {
	case *ast.Ident:
		if function.Name == want {
			return call
		}
	case *ast.SelectorExpr:
		if function.Sel.Name == want {
			return call
		}
	}
	panic(notData{want})
}

func text(value ast.Expr) string {
	literal, ok := value.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		panic(notData{"text"})
	}
	return unquote(literal)
}

func unquote(literal *ast.BasicLit) string {
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		panic(notData{"text"})
	}
	return text
}

// YAML, of which the indentation that the source gives it is taken off.
func object(value ast.Expr) string {
	lines := strings.Split(strings.TrimLeft(text(value), "\n"), "\n")
	margin := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], "\t"))]
	for index, line := range lines {
		lines[index] = strings.TrimPrefix(line, margin)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\t\n ")
}
