// A container runtime for machines whose superuser lacks CAP_SYS_RESOURCE: it takes out of a container what cannot be
// granted there, and becomes runc. Docker starts it with runc's arguments. Whatever goes wrong, runc runs and says what.
package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	if err := bound(os.Args[1:]); err != nil {
		os.Stderr.WriteString("the container stays as it was asked for: " + err.Error() + "\n")
	}
	runc, err := exec.LookPath("runc")
	if err == nil {
		err = syscall.Exec(runc, append([]string{runc}, os.Args[1:]...), os.Environ())
	}
	os.Stderr.WriteString(err.Error() + "\n")
	os.Exit(1)
}

func bound(arguments []string) error {
	for _, argument := range arguments {
		switch argument {
		case "create", "run", "restore":
			return rewrite(filepath.Join(option(arguments, "bundle", "b"), "config.json"), "process")
		case "exec":
			return rewrite(option(arguments, "process", "p"), "")
		}
	}
	return nil
}

// option gives the value of --long X, --long=X or -short X.
func option(arguments []string, long, short string) string {
	for place, argument := range arguments {
		if value, found := strings.CutPrefix(argument, "--"+long+"="); found {
			return value
		}
		if (argument == "--"+long || argument == "-"+short) && place+1 < len(arguments) {
			return arguments[place+1]
		}
	}
	return ""
}

// rewrite changes the process that the file describes, under `key` or at its top. Numbers stay as they are written.
func rewrite(file, key string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var document map[string]any
	if err := decoder.Decode(&document); err != nil {
		return err
	}
	process := document
	if key != "" {
		process, _ = document[key].(map[string]any)
	}
	boundProcess(process)
	changed, err := json.Marshal(document)
	if err != nil {
		return err
	}
	return os.WriteFile(file, changed, 0o600)
}

var limits = map[string]int{"RLIMIT_CORE": syscall.RLIMIT_CORE, "RLIMIT_NOFILE": syscall.RLIMIT_NOFILE, "RLIMIT_NPROC": 6, "RLIMIT_MEMLOCK": 8}

func boundProcess(process map[string]any) {
	capabilities, _ := process["capabilities"].(map[string]any)
	for set, value := range capabilities {
		names, _ := value.([]any)
		kept := []any{}
		for _, name := range names {
			if name != "CAP_SYS_RESOURCE" {
				kept = append(kept, name)
			}
		}
		capabilities[set] = kept
	}
	if wanted, isNumber := process["oomScoreAdj"].(json.Number); isNumber {
		own, _ := os.ReadFile("/proc/self/oom_score_adj")
		least, _ := strconv.ParseInt(strings.TrimSpace(string(own)), 10, 64)
		if score, err := wanted.Int64(); err == nil && score < least {
			delete(process, "oomScoreAdj")
		}
	}
	resources, _ := process["rlimits"].([]any)
	for _, value := range resources {
		limit, _ := value.(map[string]any)
		kind, _ := limit["type"].(string)
		number, known := limits[kind]
		var own syscall.Rlimit
		if !known || syscall.Getrlimit(number, &own) != nil {
			continue
		}
		for _, field := range []string{"hard", "soft"} {
			wanted, _ := limit[field].(json.Number)
			if value, err := strconv.ParseUint(wanted.String(), 10, 64); err == nil && value > own.Max {
				limit[field] = own.Max
			}
		}
	}
}
