package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

const queue = "notes"

// stores are what both the API and the worker read and write.
type stores struct {
	database *pgxpool.Pool
	cache    *redis.Client
}

// patience is how long a connection may take, in seconds. A packet that was on its way while the node's rules for a
// Service were being written goes astray with its whole connection; another try does not.
const patience = "3"

// open connects when it is first used. The credentials are the operator's own, from the Secret it makes.
func open(ctx context.Context) (*stores, error) {
	address := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(os.Getenv("DB_USER"), os.Getenv("DB_PASSWORD")),
		Host:   service(os.Getenv("DB_HOST")),
		Path:   os.Getenv("DB_NAME"),
		// Of each try, not of all of them.
		RawQuery: "connect_timeout=" + patience,
	}
	database, err := pgxpool.New(ctx, address.String())
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	return &stores{database: database, cache: redis.NewClient(&redis.Options{Addr: service("redis")})}, nil
}

const table = `create table if not exists notes (
	id bigint generated always as identity primary key,
	text text not null,
	worked_at timestamptz
)`

// add writes a note into the database and puts its number on the queue.
func (s *stores) add(ctx context.Context, text string) error {
	if _, err := s.database.Exec(ctx, table); err != nil {
		return err
	}
	var id int64
	if err := s.database.QueryRow(ctx, "insert into notes (text) values ($1) returning id", text).Scan(&id); err != nil {
		return err
	}
	return s.cache.LPush(ctx, queue, id).Err()
}

// counts answers how many notes there are and how many of them the worker has been at.
func (s *stores) counts(ctx context.Context) (all, worked int, err error) {
	err = s.database.QueryRow(ctx, "select count(*), count(worked_at) from notes").Scan(&all, &worked)
	return all, worked, err
}
