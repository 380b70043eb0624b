package quota

import (
	"errors"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

var (
	// ErrExceeded says that the account (Details: kind, account, needed, left) has not enough left.
	ErrExceeded = fault.New(fault.KindConflict, "quota_exceeded", "the capacity is exhausted")
	// ErrInUse says that a grant would fall below what is held (Details: kind, needed, held_by).
	ErrInUse = fault.New(fault.KindConflict, "quota_in_use", "more is held than this")
	// ErrDeficit says that nothing grows while this account or one above holds more than it was granted.
	ErrDeficit = fault.New(fault.KindConflict, "quota_deficit", "an account in this line holds more than it was granted")
	// ErrUnlimited says that unlimited can be given by an unlimited giver only.
	ErrUnlimited = fault.New(fault.KindConflict, "quota_not_unlimited", "only an unlimited account can give unlimited")
	// ErrFlag says that the giver does not have what it is to give.
	ErrFlag = fault.New(fault.KindConflict, "quota_not_offered", "the giver does not have it")
	// ErrHeldElsewhere says that the object's capacity is counted in another account.
	ErrHeldElsewhere = fault.New(fault.KindConflict, "quota_held_elsewhere", "the object is counted in another account")
	// ErrTooMany says that one transaction cannot change so many accounts.
	ErrTooMany = fault.New(fault.KindConflict, "quota_too_many", "too many unlimited accounts below: type their totals first")

	errBooks = errors.New("counter out of range")
)
