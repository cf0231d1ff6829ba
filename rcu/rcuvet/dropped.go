package main

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// dropped reports calls that return a token of package rcu to nobody. Whoever means
// it assigns the token to _.
var dropped = &analysis.Analyzer{
	Name:     "rcutoken",
	Doc:      "report a dropped token of ReadLock: its section never ends",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      run,
}

func run(pass *analysis.Pass) (any, error) {
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	in.Preorder([]ast.Node{(*ast.ExprStmt)(nil), (*ast.DeferStmt)(nil), (*ast.GoStmt)(nil)}, func(n ast.Node) {
		var called ast.Expr
		advice := "keep it for ReadUnlock"
		switch n := n.(type) {
		case *ast.ExprStmt:
			called = n.X
		case *ast.DeferStmt:
			called, advice = n.Call, "defer ReadUnlock(ReadLock()) ends the section"
		case *ast.GoStmt:
			called = n.Call
		}
		call, ok := ast.Unparen(called).(*ast.CallExpr)
		if !ok || !isToken(pass.TypesInfo.TypeOf(call)) {
			return
		}
		name := "a function"
		if f := typeutil.Callee(pass.TypesInfo, call); f != nil {
			name = f.Name()
		}
		pass.Reportf(call.Pos(), "the token that %s returns is dropped, and its section never ends: %s", name, advice)
	})
	return nil, nil
}

// isToken reports whether a type is rcu.Token.
func isToken(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Token" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "readmostly/rcu"
}
