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
	Object   string `json:"object"`
	Conflict bool   `json:"conflict"`
}

type owned struct {
	Manager string          `json:"manager"`
	Paths   [][]interface{} `json:"paths"`
}

type testCase struct {
	Name    string      `json:"name"`
	Schema  string      `json:"schema"`
	Type    string      `json:"type"`
	Ops     []operation `json:"ops"`
	Object  *string     `json:"object"`
	Managed []owned     `json:"managed"`
}

// What cannot be said as data: a case that holds one is left out, and counted.
type notData struct{ what string }

func main() {
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*_test.go"))
	if err != nil || len(files) == 0 {
		fail(fmt.Errorf("no tests in %s", os.Args[1]))
	}
	cases, left := []testCase{}, 0
	for _, file := range files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			fail(err)
		}
		read := reader{file: filepath.Base(file), parsers: map[string][2]string{"DeducedParser": {"", ""}}}
		for _, declaration := range source.Decls {
			read.parser(declaration)
		}
		for _, declaration := range source.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Body != nil {
				read.function(function)
			}
		}
		cases, left = append(cases, read.cases...), left+read.left
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"cases": cases, "left": left}); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

type reader struct {
	file    string
	parsers map[string][2]string
	cases   []testCase
	left    int
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
		if schema != "" && start != "" {
			r.parsers[value.Names[0].Name] = [2]string{schema, start}
		}
	}
}

func (r *reader) function(function *ast.FuncDecl) {
	used := ""
	ast.Inspect(function.Body, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if ok && selector.Sel.Name == "Test" && len(call.Args) == 1 {
			if name, ok := call.Args[0].(*ast.Ident); ok {
				used = name.Name
			}
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
		if !known {
			r.left++
			return false
		}
		one := testCase{Name: function.Name.Name + "/" + unquote(name), Schema: found[0], Type: found[1]}
		if one.fill(literal) {
			r.cases = append(r.cases, one)
		} else {
			r.left++
		}
		return false
	})
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

func (c *testCase) fill(literal *ast.CompositeLit) (whole bool) {
	defer func() {
		if problem := recover(); problem != nil {
			if _, ok := problem.(notData); !ok {
				panic(problem)
			}
			whole = false
		}
	}()
	for name, value := range fields(literal) {
		switch name {
		case "Ops":
			for _, element := range composite(value).Elts {
				c.Ops = append(c.Ops, operationOf(composite(element)))
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
	return true
}

func operationOf(literal *ast.CompositeLit) operation {
	name, ok := literal.Type.(*ast.Ident)
	if !ok || name.Name != "Apply" && name.Name != "ForceApply" && name.Name != "Update" {
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
		default:
			panic(notData{name})
		}
	}
	return one
}

// "manager": fieldpath.NewVersionedSet(_NS(…), "v1", true)
func ownedBy(pair *ast.KeyValueExpr) owned {
	call := callOf(pair.Value, "NewVersionedSet")
	one := owned{Manager: text(pair.Key), Paths: [][]interface{}{}}
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
