// Judges histories of the ledger by its model: a list that is appended to only where the caller knows its end.
// In, on stdin: one history a line, JSON. Out: one line with what was judged; exit code 1 when a history has no order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// What a process asked. Append: the marks are to follow the row `after`.
type input struct {
	Append bool     `json:"append"`
	After  int      `json:"after"`
	Marks  []string `json:"marks"`
}

// What it was answered; nil where it was killed before it knew.
type output struct {
	Status string   `json:"status"`
	Seq    int      `json:"seq"`
	Marks  []string `json:"marks"`
}

type operation struct {
	Client int     `json:"client"`
	Call   int64   `json:"call"`
	Return int64   `json:"return"`
	In     input   `json:"in"`
	Out    *output `json:"out"`
}

const separator = "\n"

func length(state string) int {
	if state == "" {
		return 0
	}
	return strings.Count(state, separator) + 1
}

func appended(state string, marks []string) string {
	added := strings.Join(marks, separator)
	if state == "" {
		return added
	}
	return state + separator + added
}

// The states after an operation, from a state before it; none: it can't have happened there.
func step(before, in, out interface{}) []interface{} {
	state, asked, answered := before.(string), in.(input), out.(*output)
	if !asked.Append {
		if answered == nil || strings.Join(answered.Marks, separator) == state {
			return []interface{}{state}
		}
		return nil
	}
	fits := length(state) == asked.After
	if answered == nil {
		if fits {
			return []interface{}{state, appended(state, asked.Marks)}
		}
		return []interface{}{state}
	}
	switch answered.Status {
	case "appended":
		if fits && answered.Seq == asked.After+len(asked.Marks) {
			return []interface{}{appended(state, asked.Marks)}
		}
	case "conflict":
		if !fits {
			return []interface{}{state}
		}
	}
	return nil
}

var model = (&porcupine.NondeterministicModel{
	Init: func() []interface{} { return []interface{}{""} },
	Step: step,
}).ToModel()

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	histories, operations, unknown, wrong, late := 0, 0, 0, 0, 0
	for lines.Scan() {
		var all []operation
		if err := json.Unmarshal(lines.Bytes(), &all); err != nil {
			fmt.Fprintln(os.Stderr, "not a history:", err)
			os.Exit(2)
		}
		histories++
		operations += len(all)
		var last int64
		for _, one := range all {
			last = max(last, one.Call, one.Return)
		}
		checked := make([]porcupine.Operation, len(all))
		for at, one := range all {
			// What was never answered may have happened at any time after it was asked.
			if one.Out == nil {
				one.Return = last + 1
				unknown++
			}
			checked[at] = porcupine.Operation{ClientId: one.Client, Input: one.In, Call: one.Call, Output: one.Out, Return: one.Return}
		}
		switch porcupine.CheckOperationsTimeout(model, checked, time.Minute) {
		case porcupine.Illegal:
			wrong++
			fmt.Fprintln(os.Stderr, "no order explains:", lines.Text())
		case porcupine.Unknown:
			late++
		}
	}
	fmt.Printf("{\"histories\":%d,\"operations\":%d,\"unanswered\":%d,\"violations\":%d,\"undecided\":%d}\n", histories, operations, unknown, wrong, late)
	if wrong > 0 || late > 0 || histories == 0 {
		os.Exit(1)
	}
}
