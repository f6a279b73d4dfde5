// app plays the application of the demo on real containers: an API and a worker over PostgreSQL and Redis, a web page
// over the API, and a small vector store. It is none of the products it stands for, and says so where it is asked.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

var parts = map[string]func() error{"api": api, "worker": worker, "web": web, "vectors": vectors}

func main() {
	name := ""
	if len(os.Args) == 2 {
		name = os.Args[1]
	}
	part, known := parts[name]
	if !known {
		fmt.Fprintln(os.Stderr, "usage: app api|worker|web|vectors")
		os.Exit(2)
	}
	log.SetPrefix(name + ": ")
	log.Fatal(part())
}

func serve(address string, handler http.Handler) error {
	log.Println("listening on", address)
	server := http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// service answers host:port of a Service of this namespace, from the variables that the kubelet gives every container:
// they are there without a cluster DNS, for Services that are older than the container.
func service(name string) string {
	variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return os.Getenv(variable+"_SERVICE_HOST") + ":" + os.Getenv(variable+"_SERVICE_PORT")
}
