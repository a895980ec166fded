// SPDX-License-Identifier: Apache-2.0

// A program that uses the clients names passkeys, headers and base URLs too, and needs no second import for them.
@_exported public import Passkeys
