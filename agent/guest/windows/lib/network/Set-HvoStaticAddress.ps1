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
    $interface = @{ InterfaceIndex = $InterfaceIndex }
    $ipv4 = @{ InterfaceIndex = $InterfaceIndex; AddressFamily = 'IPv4' }
    $prefix = [int]$Fields.guest_v4_cidrprefix
    if ([string](Get-NetIPInterface @ipv4).Dhcp -ne 'Disabled') { Set-NetIPInterface @ipv4 -Dhcp Disabled }
    $present = $false
    foreach ($address in @(Get-NetIPAddress @ipv4 -ErrorAction SilentlyContinue)) {
        if ($address.IPAddress -eq $Fields.guest_v4_ipaddr -and [int]$address.PrefixLength -eq $prefix) {
            $present = $true
        } else {
            Remove-NetIPAddress @interface -IPAddress $address.IPAddress -Confirm:$false
        }
    }
    if (-not $present) { $null = New-NetIPAddress @interface -IPAddress $Fields.guest_v4_ipaddr -PrefixLength $prefix }
    $default = @{ InterfaceIndex = $InterfaceIndex; DestinationPrefix = '0.0.0.0/0' }
    $present = $false
    foreach ($route in @(Get-NetRoute @default -ErrorAction SilentlyContinue)) {
        if ($route.NextHop -eq $Fields.guest_v4_defaultgw) {
            $present = $true
        } else {
            Remove-NetRoute @default -NextHop $route.NextHop -Confirm:$false
        }
    }
    if (-not $present) { $null = New-NetRoute @default -NextHop $Fields.guest_v4_defaultgw }
}
