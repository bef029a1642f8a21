function Get-HvoAddress {
    <#
    .SYNOPSIS
        Returns the IPv4 addresses of an interface.
    .DESCRIPTION
        All addresses of the computer are read and selected here: a query for an interface without addresses would be an
        error, which could not be told from one that hides them.
    .PARAMETER InterfaceIndex
        The interface.
    .OUTPUTS
        Objects with IPAddress, PrefixLength, PrefixOrigin (Manual, Dhcp, WellKnown) and AddressState (Preferred, Tentative,
        Duplicate), each a string.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex
    )
    foreach ($address in @(Get-NetIPAddress -ErrorAction Stop)) {
        if ([int]$address.InterfaceIndex -ne $InterfaceIndex -or [string]$address.AddressFamily -cne 'IPv4') { continue }
        [PSCustomObject]@{
            IPAddress = [string]$address.IPAddress
            PrefixLength = [string]$address.PrefixLength
            PrefixOrigin = [string]$address.PrefixOrigin
            AddressState = [string]$address.AddressState
        }
    }
}
