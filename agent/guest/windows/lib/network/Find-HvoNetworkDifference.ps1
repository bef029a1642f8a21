function Find-HvoNetworkDifference {
    <#
    .SYNOPSIS
        Returns the first field of the static network that Windows does not have as requested.
    .DESCRIPTION
        The interface must have this address alone, assigned by hand and usable, and this default route alone.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, the id of the field, or an empty string if all is as requested or no static network is. Throws
        NoInterface, AddressInUse or AddressMissing, which another try may not meet.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_v4_ipaddr')) { return '' }
    $index = Find-HvoNetworkAdapter
    $addresses = @(Get-HvoAddress -InterfaceIndex $index)
    $own = @($addresses | Where-Object { $_.IPAddress -ceq $Fields.guest_v4_ipaddr })
    if ($own.Length -eq 0) { throw (New-HvoStepFailure -Code AddressMissing -Transient) }
    if ($own[0].AddressState -ceq 'Duplicate') { throw (New-HvoStepFailure -Code AddressInUse -Transient) }
    if ($own[0].AddressState -cne 'Preferred') { throw (New-HvoStepFailure -Code AddressMissing -Transient) }
    if ($own[0].PrefixLength -cne $Fields.guest_v4_cidrprefix) { return 'guest_v4_cidrprefix' }
    if ($own[0].PrefixOrigin -cne 'Manual' -or $addresses.Length -gt 1) { return 'guest_v4_ipaddr' }
    $interface = Get-NetIPInterface -InterfaceIndex $index -AddressFamily IPv4 -ErrorAction Stop
    if ([string]$interface.Dhcp -cne 'Disabled') { return 'guest_v4_ipaddr' }
    if ((@(Get-HvoGateway -InterfaceIndex $index) -join ' ') -cne $Fields.guest_v4_defaultgw) { return 'guest_v4_defaultgw' }
    return Find-HvoDnsDifference -InterfaceIndex $index -Fields $Fields
}
