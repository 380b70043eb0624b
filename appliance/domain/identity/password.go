package identity

import (
	"bytes"
	_ "embed" // the list of common passwords
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

//go:embed common.txt
var common []byte

// Lengths of passwords in characters (NIST SP 800-63B, ASVS 6.2.1): no rule about their composition.
const (
	minPassword      = 12
	minPasswordStaff = 15 // people of the operator and of channels
	maxPassword      = 128
	minDistinct      = 5
	minContextWord   = 4
	minBesideContext = 8
)

// checkPassword applies the rules. context are words that an attacker knows: names, e-mail, company.
func checkPassword(path, password string, least int, context ...string) error {
	var bad fault.Fields
	n := utf8.RuneCountInString(norm.NFKC.String(password))
	switch {
	case password == "":
		bad.Add(path, "required", "type a password")
	case !utf8.ValidString(password):
		bad.Add(path, "invalid", "the password has characters that cannot be read")
	case n < least:
		bad.Add(path, "too_short", "the password needs at least "+strconv.Itoa(least)+" characters")
	case n > maxPassword:
		bad.Add(path, "too_long", "the password has more than "+strconv.Itoa(maxPassword)+" characters")
	case isCommon(password):
		bad.Add(path, "common", "this password is one of the first that an attacker tries")
	case hasContext(password, context):
		bad.Add(path, "context", "the password is little more than a name that others know")
	}
	return bad.Err()
}

// isCommon looks the password up in the list, as it is and with its ornaments taken off, and
// refuses runs and repetitions.
func isCommon(password string) bool {
	p := strings.ToLower(norm.NFKC.String(password))
	if distinct(p) < minDistinct || isRun(p) {
		return true
	}
	for _, form := range []string{p, plain(p), strings.TrimFunc(p, notLetter), strings.TrimFunc(plain(p), notLetter)} {
		if listed(form) || isDoubled(form) {
			return true
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// plain turns the usual substitutions back into letters.
func plain(p string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i").Replace(p)
}

// listed does a binary search in the sorted list.
func listed(p string) bool {
	if p == "" || strings.ContainsRune(p, '\n') {
		return false
	}
	lo, hi := 0, len(common)
	for lo < hi {
		mid := lo + (hi-lo)/2
		start := bytes.LastIndexByte(common[:mid], '\n') + 1
		end := len(common)
		if n := bytes.IndexByte(common[mid:], '\n'); n >= 0 {
			end = mid + n
		}
		switch strings.Compare(string(common[start:end]), p) {
		case 0:
			return true
		case -1:
			lo = end + 1
		default:
			hi = start
		}
	}
	return false
}

// isDoubled tells whether the password is one part written again and again.
func isDoubled(p string) bool {
	for n := 1; n <= len(p)/2; n++ {
		if len(p)%n == 0 && strings.Repeat(p[:n], len(p)/n) == p && n < minBesideContext {
			return true
		}
	}
	return false
}

// isRun tells whether most neighbours follow each other (12345, edcba).
func isRun(p string) bool {
	steps, run := 0, 0
	prev := rune(-9)
	for _, r := range p {
		if d := r - prev; d == 1 || d == -1 || d == 0 || (prev == '9' && r == '0') {
			run++
		}
		steps++
		prev = r
	}
	return steps > 1 && run*4 >= (steps-1)*3
}

func distinct(p string) int {
	seen := map[rune]struct{}{}
	for _, r := range p {
		seen[r] = struct{}{}
	}
	return len(seen)
}

// hasContext tells whether little is left when the known words are taken out.
func hasContext(password string, context []string) bool {
	p := Fold(password)
	rest := p
	for _, c := range append(context, "switchkeep") {
		for _, word := range strings.FieldsFunc(Fold(c), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(word) >= minContextWord {
				rest = strings.ReplaceAll(rest, word, "")
			}
		}
	}
	return rest != p && utf8.RuneCountInString(rest) < minBesideContext
}
