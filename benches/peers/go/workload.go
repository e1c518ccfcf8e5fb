package main

import (
	"encoding/json"
	"errors"
	"time"
)

// workload is what benches/workloads.py says, as JSON.
type workload struct {
	Logger  string
	Name    string
	Message string
	Args    []any
	Fields  fields
	Enabled bool
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
}

type fields struct {
	// W3
	UserID    string  `json:"user_id"`
	Attempt   int     `json:"attempt"`
	ElapsedMS float64 `json:"elapsed_ms"`
	Cached    bool
	Tags      []string
	// W4
	Int     int
	Ints    []int
	String  string
	Strings []string
	Time    time.Time
	Times   []time.Time
	User1   user
	User2   user
	Users   users
	Error   string
}

type user struct {
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"created_at"`
}

type users []user

func readWorkload(text string) (*workload, error) {
	var w workload
	err := json.Unmarshal([]byte(text), &w)
	if len(w.Args) == 2 {
		w.Args[1] = int(w.Args[1].(float64)) // JSON has one kind of number
	}
	return &w, err
}

func (f *fields) err() error {
	return errors.New(f.Error)
}
