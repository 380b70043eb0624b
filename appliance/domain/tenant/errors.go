package tenant

import (
	"errors"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// MaxDepth is the number of levels of the tree, the operator's included.
const MaxDepth = 8

var (
	// ErrNotFound says that there is no such account.
	ErrNotFound = fault.NotFound("account")
	// ErrFrozen says that the account or one above it is frozen; Details hold the reason.
	ErrFrozen = fault.New(fault.KindDenied, "frozen", "the account is frozen")
	// ErrMayNotAdd says that the parent may not have accounts of this kind below it.
	ErrMayNotAdd = fault.New(fault.KindDenied, "may_not_add", "the parent may not have such an account below it")
	// ErrTooDeep says that the tree would have more than MaxDepth levels.
	ErrTooDeep = fault.New(fault.KindConflict, "too_deep", "the tree would have too many levels")
	// ErrCycle says that an account cannot be moved below itself.
	ErrCycle = fault.New(fault.KindConflict, "cycle", "an account cannot be moved below itself")
	// ErrInUse says that an account still holds something; Details list it.
	ErrInUse = fault.New(fault.KindConflict, "account_in_use", "the account still holds something")
	// ErrOwn says that a channel's own enterprise is changed through its channel only.
	ErrOwn = fault.New(fault.KindConflict, "own_enterprise", "this enterprise belongs to its channel and is changed with it")
	// ErrRoot says that the operator cannot be frozen, moved or deleted, and that there is one only.
	ErrRoot = fault.New(fault.KindConflict, "operator_account", "the operator's account cannot be frozen, moved, deleted or made twice")
	// ErrSelf says that nobody freezes, moves or deletes the account that he works in.
	ErrSelf = fault.New(fault.KindConflict, "own_account", "you cannot do this to the account that you work in")

	errLoop = errors.New("chain does not end")
)

func frozenBecause(f *Freeze) error {
	return ErrFrozen.With(map[string]any{"reason": f.Reason, "at": f.At, "by": f.ByLabel})
}
