package main

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"sync"
)

// vectors is a vector store in memory: objects go in with their vectors, the nearest come out, by the cosine.
func vectors() error {
	store := vectorStore{objects: map[string][]float64{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, "ready") })
	mux.HandleFunc("PUT /objects/{id}", store.put)
	mux.HandleFunc("POST /nearest", store.nearest)
	return serve(":8080", mux)
}

type vectorStore struct {
	lock    sync.RWMutex
	objects map[string][]float64
}

type distance struct {
	ID     string  `json:"id"`
	Cosine float64 `json:"cosine"`
}

func (s *vectorStore) put(w http.ResponseWriter, r *http.Request) {
	vector, ok := vectorIn(w, r)
	if !ok {
		return
	}
	s.lock.Lock()
	s.objects[r.PathValue("id")] = vector
	s.lock.Unlock()
	reply(w, http.StatusOK, "kept")
}

func (s *vectorStore) nearest(w http.ResponseWriter, r *http.Request) {
	vector, ok := vectorIn(w, r)
	if !ok {
		return
	}
	s.lock.RLock()
	found := make([]distance, 0, len(s.objects))
	for id, other := range s.objects {
		if len(other) == len(vector) {
			found = append(found, distance{id, cosine(vector, other)})
		}
	}
	s.lock.RUnlock()
	slices.SortFunc(found, func(a, b distance) int { return cmp.Compare(b.Cosine, a.Cosine) })
	reply(w, http.StatusOK, found[:min(10, len(found))])
}

func vectorIn(w http.ResponseWriter, r *http.Request) ([]float64, bool) {
	var vector []float64
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&vector)
	if err != nil || slices.IndexFunc(vector, func(x float64) bool { return x != 0 }) < 0 {
		reply(w, http.StatusBadRequest, "a JSON list of numbers, not all zero")
		return nil, false
	}
	return vector, true
}

func cosine(a, b []float64) float64 {
	var dot, lengthA, lengthB float64
	for i := range a {
		dot += a[i] * b[i]
		lengthA += a[i] * a[i]
		lengthB += b[i] * b[i]
	}
	return dot / math.Sqrt(lengthA*lengthB)
}
