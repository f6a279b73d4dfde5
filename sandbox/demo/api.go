package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"time"
)

func api() error {
	ctx := context.Background()
	s, err := open(ctx)
	if err != nil {
		return err
	}
	for {
		if err = s.add(ctx, "the API has started"); err == nil {
			break
		}
		log.Println("the first note could not be written yet:", err)
		time.Sleep(time.Second)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /notes", s.notes)
	return serve(":5001", mux)
}

// health is 200 when both stores have just answered.
func (s *stores) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	said, status := map[string]string{}, http.StatusOK
	answer := func(store, words string, err error) {
		if err != nil {
			words, status = err.Error(), http.StatusServiceUnavailable
		}
		said[store] = words
	}
	pong, err := s.cache.Ping(ctx).Result()
	answer("redis", pong, err)
	var version string
	err = s.database.QueryRow(ctx, "select version()").Scan(&version)
	answer("postgresql", version, err)
	reply(w, status, said)
}

// notes is 200 once the worker has taken a note off the queue and marked it in the database.
func (s *stores) notes(w http.ResponseWriter, r *http.Request) {
	all, worked, err := s.counts(r.Context())
	if err != nil {
		reply(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	status := http.StatusOK
	if worked == 0 {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, map[string]int{"notes": all, "worked": worked})
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Println(err)
	}
}
