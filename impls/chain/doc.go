// Package chain is the publish and subscribe of all mechanisms: chains of slab
// elements that updaters change while readers walk. What a reader does on its
// way, and when an element that was taken out may be reused, is the mechanism's
// business; here are the words that readers walk over and the stores that
// updaters make.
//
// The invariant: at every instant each link that a reader can reach holds an
// element that is filled, or an end marker. So every update consists of stores
// that nobody sees yet, one store that publishes or retracts, and clearing up in
// words that readers never follow.
//
// There are two forms. A [Bucket] of a [Table] is the kernel's hlist: one word at
// the head, one link an element. It is what the backends use. An update of an
// hlist stores through the link that leads to the place of the update, which
// [Table.Seek] returns; the methods of Bucket find it by walking. A [List] is
// the kernel's doubly linked list: it deletes without a search, and adds at the
// tail. It costs each update a store to a neighbour's line, which readers then
// miss; hence the backends do without.
//
// # Rules for updaters
//
// Updaters of one chain exclude each other, by whatever means; all functions that
// store rest on it. Readers may walk meanwhile. An updater may stand inside a
// read-side critical section, but must not wait for a grace period there.
//
// An element is filled before it is published (see [Fill]). The store that
// publishes is a release, and pairs with the load of the same link in a reader,
// which is an acquire: the reader then sees the element's fields and its link.
//
// An element that was deleted or replaced keeps its Next, as readers may stand on
// it, and stays as it is until no reader can be left. So the order is: unlink,
// wait for a grace period, free. Adding it anywhere changes its
// link too, and so needs the same wait. Therefore nothing moves an element: a
// reader that stood on it would be carried to the new place, and would pass over
// elements, meet others twice, or walk a list to another list's end. To move an
// element: delete, wait, add; or add a copy and delete the original, if readers
// may meet both.
//
// # Rules for readers
//
// A walk loads each link once and uses what it got. It sees every element once
// that is in the chain throughout, in the chain's order; of those added or deleted
// meanwhile it sees some; of a replaced element it sees one version.
//
// There is no test for emptiness, on purpose: between a test and the load that
// relies on it the chain may become empty, and the load yields an end marker, not
// an element. [Bucket.First], [List.First] and [Next] load once and say what they
// got.
//
// Nothing here checks that the reader is protected. That makes every walk the
// lockless walk of add-only lists and of readers that can't be preempted;
// [Checked] puts a walk under a witness.
//
// # From the kernel's names
//
//	rcu_assign_pointer(p, v)         rcu.Pointer.Assign; for a link, Publish
//	rcu_assign_pointer(p, NULL)      rcu.Pointer.Assign(nil); for a link, Unlink
//	rcu_dereference                  rcu.Pointer.DereferenceCheck; for a link, its Load
//	rcu_dereference_raw              rcu.Pointer.Dereference
//	rcu_dereference_protected        rcu.Pointer.Protected
//	rcu_access_pointer               rcu.Pointer.Access
//	rcu_replace_pointer, xchg        rcu.Pointer.Exchange
//	INIT_LIST_HEAD                   NewList
//	list_add_rcu                     List.AddHead, List.AddBehind
//	list_add_tail_rcu                List.AddTail, List.AddBefore
//	list_replace_rcu                 List.Replace
//	list_del_rcu                     List.Delete
//	list_splice_init_rcu             List.SpliceHead
//	list_splice_tail_init_rcu        List.SpliceTail
//	list_first_or_null_rcu           List.First
//	list_next_or_null_rcu            Next
//	list_for_each_entry_rcu          List.All, with a witness under Checked
//	list_for_each_entry_continue_rcu Behind
//	list_for_each_entry_from_rcu     From
//	list_for_each_entry_lockless     List.All
//	list_empty, list_move            none, on purpose: see above
//	INIT_HLIST_HEAD                  New
//	hlist_add_head_rcu               Bucket.AddHead
//	hlist_add_tail_rcu               Bucket.AddTail
//	hlist_add_before_rcu             Bucket.AddBefore; with a link, Publish
//	hlist_add_behind_rcu             Bucket.AddBehind
//	hlist_add_after_rcu              the same: its name before Linux 3.17
//	hlist_replace_rcu                Bucket.Replace; with a link, Replace
//	hlist_del_rcu                    Bucket.Delete; with a link, Unlink
//	hlist_del_init_rcu               Bucket.DeleteInit
//	hlist_for_each_entry_rcu         Bucket.All, Table.All
//	hlist_for_each_entry_continue_rcu Behind
//	hlist_for_each_entry_from_rcu    From
//	hlist_nulls_add_head_rcu         Bucket.AddHead
//	hlist_nulls_del_rcu              Bucket.Delete; with a link, Unlink
//	hlist_nulls_del_init_rcu         Bucket.DeleteInit
//	hlist_nulls_for_each_entry_rcu   Bucket.Nulls
//	is_a_nulls, get_nulls_value      slab.IsEnd, comparison with Table.End
//
// Sources: McKenney, What is RCU, Fundamentally? (LWN 2007); kernel
// include/linux/rculist.h, include/linux/rculist_nulls.h,
// Documentation/RCU/rculist_nulls.rst.
package chain
