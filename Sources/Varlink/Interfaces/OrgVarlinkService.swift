// SPDX-License-Identifier: Apache-2.0

/// The interface org.varlink.service, which every Varlink service has (https://varlink.org/Service).
enum OrgVarlinkService {
    static let text = """
        # What every Varlink service answers about itself.
        interface org.varlink.service

        # Who made this service, what it is, and the interfaces it serves.
        method GetInfo() -> (
          vendor: string,
          product: string,
          version: string,
          url: string,
          interfaces: []string
        )

        # The text of one of its interfaces.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # No such interface here.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The interface has the method, this service does not.
        error MethodNotImplemented (method: string)

        # A parameter that is missing, unknown, of the wrong type or out of its range.
        error InvalidParameter (parameter: string)

        # The caller may not do this.
        error PermissionDenied ()

        # The method must be called with "more".
        error ExpectedMore ()

        """
}
