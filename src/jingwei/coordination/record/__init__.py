"""The node's own record: the ledger told, proved and verified; the store upgraded, backed up and put back."""
