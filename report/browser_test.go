package report

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// browser returns the program that looks at pages here, or skips the test.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser to look at the page with: install Debian's chromium")
	return ""
}

// look is the script that looks at the page in the frame.
//
//go:embed testdata/look.js
var look string

var said = regexp.MustCompile(`(?s)<pre id="said">(.*?)</pre>`)

// findings returns what is wrong with a page in windows of some widths: scripts' errors,
// texts that overlap or leave their plot, and what is wider than the page. All that can
// be opened is open. The page stands in frames, as a browser's own window has a least
// width.
func findings(t *testing.T, program, page string, widths ...int) []string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "look.html")
	text := fmt.Appendf(nil, `<!DOCTYPE html><meta charset="utf-8"><script>%s</script><body style="margin:0" onload="look()">`, look)
	for _, width := range widths {
		text = fmt.Appendf(text, `<iframe width="%d" height="900" style="border:0" srcdoc="%s"></iframe>`, width, html.EscapeString(page))
	}
	must(t, os.WriteFile(name, text, 0o666))

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1800,1000", "--dump-dom", "file://"+name)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, errs.String())
	}
	m := said.FindStringSubmatch(out.String())
	if m == nil {
		t.Fatalf("%s has not looked: %s", program, errs.String())
	}
	var found []string
	must(t, json.Unmarshal([]byte(html.UnescapeString(m[1])), &found))
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// A page looks right in a browser, on a telephone and on a desk.
func TestBrowser(t *testing.T) {
	program := browser(t)
	for name, sources := range map[string][]Source{"the sample": {source(t)}, "a great machine": {crowded(t)}, "what is published": published(t)} {
		var page bytes.Buffer
		must(t, Write(&page, sources))
		for _, finding := range findings(t, program, page.String(), 390, 1280) {
			t.Errorf("%s: %s", name, finding)
		}
	}
}

// What is wrong is found.
func TestBrowserFinds(t *testing.T) {
	program := browser(t)
	found := findings(t, program, `<!DOCTYPE html><body><p style="width:2000px">wide</p>
<p>one</p><p style="margin-top:-34px">two</p>
<svg viewBox="0 0 100 50" width="300"><text x="5" y="20">three</text><text x="10" y="22">four</text><text x="90" y="40">outside</text></svg>
<details><summary>more</summary><svg viewBox="0 0 100 50" width="300"><text x="5" y="20">five</text><text x="10" y="22">six</text></svg></details>
<script>nothing()</script>`, 390)
	all := strings.Join(found, "\n")
	for _, want := range []string{"390 pixels wide: the content is wider than the page", `"one" and "two" overlap`, `"three" and "four" overlap`, `"outside" leaves its plot`, `"five" and "six" overlap`, "nothing is not defined"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %q", want, found)
		}
	}
	if slices.Contains(found, "") {
		t.Error("a finding says nothing")
	}
}
