function Set-HvoStaticAddress {
    <#
    .SYNOPSIS
        Sets the static address and the default route of an interface, and removes all others.
    .PARAMETER InterfaceIndex
        The interface.
    .PARAMETER Fields
        The fields of the guest data.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $leased = Disable-HvoDhcp -InterfaceIndex $InterfaceIndex
    $present = $false
    foreach ($address in @(Get-HvoAddress -InterfaceIndex $InterfaceIndex)) {
        # An address that another computer has stays so until it is added again.
        if ($address.IPAddress -ceq $Fields.guest_v4_ipaddr -and $address.PrefixLength -ceq $Fields.guest_v4_cidrprefix -and
            $address.PrefixOrigin -ceq 'Manual' -and $address.AddressState -cne 'Duplicate') {
            $present = $true
        } else {
            Remove-HvoAddress -InterfaceIndex $InterfaceIndex -Address $address.IPAddress
        }
    }
    if (-not $present) {
        $wanted = @{ IPAddress = $Fields.guest_v4_ipaddr; PrefixLength = [int]$Fields.guest_v4_cidrprefix }
        $null = New-NetIPAddress -InterfaceIndex $InterfaceIndex @wanted -ErrorAction Stop
    }
    $default = @{ InterfaceIndex = $InterfaceIndex; DestinationPrefix = '0.0.0.0/0' }
    $present = $false
    foreach ($hop in @(Get-HvoGateway -InterfaceIndex $InterfaceIndex)) {
        if ($hop -ceq $Fields.guest_v4_defaultgw) {
            $present = $true
            continue
        }
        try {
            Remove-NetRoute @default -NextHop $hop -Confirm:$false -ErrorAction Stop
        } catch {
            if (-not (Test-HvoNotFound -ErrorRecord $_)) { throw }
        }
    }
    if (-not $present) { $null = New-NetRoute @default -NextHop $Fields.guest_v4_defaultgw -ErrorAction Stop }
    # What Windows drops with the lease is gone by then, so that it is noticed.
    if ($leased) { Start-Sleep -Seconds 10 }
}
