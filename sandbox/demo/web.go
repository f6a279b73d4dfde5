package main

import (
	"html/template"
	"io"
	"net/http"
	"time"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>infragate demo</title>
<h1>It runs</h1>
<p>What the API says of its stores, just now:</p>
<pre>{{.}}</pre>
`))

// web serves one page, which is the API's answer; without an API, a page that says so, as a bad gateway.
func web() error {
	client := http.Client{Timeout: 3 * time.Second}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /alive", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		status, said := ask(&client, "http://"+service("dify-api")+"/health")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_ = page.Execute(w, said)
	})
	return serve(":3000", mux)
}

func ask(client *http.Client, address string) (int, string) {
	answer, err := client.Get(address)
	if err != nil {
		return http.StatusBadGateway, err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil || answer.StatusCode != http.StatusOK {
		return http.StatusBadGateway, string(body)
	}
	return http.StatusOK, string(body)
}
