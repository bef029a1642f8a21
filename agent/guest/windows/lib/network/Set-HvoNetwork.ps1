function Set-HvoNetwork {
    <#
    .SYNOPSIS
    Makes the network static if a static address is wanted, and waits until the address can be used.
    .PARAMETER Fields
    The guest's fields.
    .OUTPUTS
    System.Boolean: false, as no restart is needed; the failures NoInterface, AddressInUse and AddressMissing.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_v4_ipaddr')) { return $false }
    $index = Wait-HvoNetworkAdapter
    Set-HvoStaticAddress -InterfaceIndex $index -Fields $Fields
    Set-HvoDnsServer -InterfaceIndex $index -Fields $Fields
    for ($try = 0; $try -lt 30; $try++) {
        $address = Get-NetIPAddress -InterfaceIndex $index -IPAddress $Fields.guest_v4_ipaddr
        if ([string]$address.AddressState -eq 'Preferred') { return $false }
        if ([string]$address.AddressState -eq 'Duplicate') { throw (New-HvoStepFailure -Code AddressInUse) }
        Start-Sleep -Seconds 2
    }
    throw (New-HvoStepFailure -Code AddressMissing)
}
