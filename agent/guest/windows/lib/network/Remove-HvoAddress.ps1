function Remove-HvoAddress {
    <#
    .SYNOPSIS
        Removes an IPv4 address of an interface. One that is gone by itself in the meantime, as a lease is, is no error.
    .PARAMETER InterfaceIndex
        The interface.
    .PARAMETER Address
        The address.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [string] $Address
    )
    try {
        Remove-NetIPAddress -InterfaceIndex $InterfaceIndex -IPAddress $Address -Confirm:$false -ErrorAction Stop
    } catch {
        if (-not (Test-HvoNotFound -ErrorRecord $_)) { throw }
    }
}
