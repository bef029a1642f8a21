function Set-HvoNetwork {
    <#
    .SYNOPSIS
        Configures a static address if the data contains one, and waits until the address is usable.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, always false, because no restart is needed. Throws NoInterface, AddressInUse or AddressMissing.
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
