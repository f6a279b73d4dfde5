package main

import (
	"context"
	"log"
	"time"
)

// worker takes numbers of notes off Redis' queue and marks those notes in the database, for ever.
func worker() error {
	ctx := context.Background()
	s, err := open(ctx)
	if err != nil {
		return err
	}
	for {
		if err := s.work(ctx); err != nil {
			log.Println(err)
			time.Sleep(time.Second)
		}
	}
}

func (s *stores) work(ctx context.Context) error {
	taken, err := s.cache.BRPop(ctx, 0, queue).Result()
	if err != nil {
		return err
	}
	id := taken[1]
	if _, err = s.database.Exec(ctx, "update notes set worked_at = now() where id = $1::text::bigint", id); err != nil {
		// Back on the queue: the note is not worked on until the database says so.
		return s.cache.LPush(ctx, queue, id).Err()
	}
	log.Println("worked on note", id)
	return nil
}
