// infragate-sandbox is a Kubernetes cluster in one file: the ordinary commands of Kubernetes, etcd and kwok, and a small
// image registry, chosen by the name the file is called by or by its first argument (as busybox does it).
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	name, args := choose(os.Args)
	run, known := components[name]
	if !known {
		fmt.Fprintf(os.Stderr, "usage: infragate-sandbox COMPONENT [ARGUMENTS]\ncomponents: %s\n", strings.Join(names(), " "))
		os.Exit(2)
	}
	// Every command reads its arguments from os.Args, where its own name stands first.
	os.Args = append([]string{name}, args...)
	os.Exit(run())
}

func choose(argv []string) (string, []string) {
	if name := filepath.Base(argv[0]); components[name] != nil {
		return name, argv[1:]
	}
	if len(argv) < 2 {
		return "", nil
	}
	return argv[1], argv[2:]
}

func names() []string {
	var all []string
	for name := range components {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
