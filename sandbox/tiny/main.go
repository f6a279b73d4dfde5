// tiny stands in for busybox in the sandbox's first images where the machine has no static busybox: it knows the few
// commands that keep a container alive, end it, or print something.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if name == "busybox" && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	os.Exit(run(name, args))
}

func run(name string, args []string) int {
	switch name {
	case "true":
		return 0
	case "false":
		return 1
	case "echo":
		fmt.Println(strings.Join(args, " "))
		return 0
	case "cat":
		return cat(args)
	case "sleep":
		return sleep(args)
	}
	fmt.Fprintf(os.Stderr, "%s: this image stands in for busybox and only knows cat, echo, false, sleep and true\n", name)
	return 127
}

func cat(paths []string) int {
	for _, path := range paths {
		file, err := os.Open(path)
		if err == nil {
			_, err = io.Copy(os.Stdout, file)
			file.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "cat:", err)
			return 1
		}
	}
	return 0
}

func sleep(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: sleep SECONDS | DURATION")
		return 1
	}
	if args[0] == "infinity" {
		time.Sleep(1<<63 - 1)
	}
	if seconds, err := strconv.ParseFloat(args[0], 64); err == nil {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		return 0
	}
	duration, err := time.ParseDuration(args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, "sleep:", err)
		return 1
	}
	time.Sleep(duration)
	return 0
}
