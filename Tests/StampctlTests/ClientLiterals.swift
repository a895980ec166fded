// SPDX-License-Identifier: Apache-2.0

// Sessions' names are literals in every test of this module.
@_exported import ClientLiterals
