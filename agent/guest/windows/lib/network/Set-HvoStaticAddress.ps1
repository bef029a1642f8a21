function Set-HvoStaticAddress {
    <#
    .SYNOPSIS
    Gives an interface its static address and default route and takes any other from it.
    .PARAMETER InterfaceIndex
    The interface.
    .PARAMETER Fields
    The guest's fields.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $on = @{ InterfaceIndex = $InterfaceIndex }
    $ipv4 = @{ InterfaceIndex = $InterfaceIndex; AddressFamily = 'IPv4' }
    $prefix = [int]$Fields.guest_v4_cidrprefix
    if ([string](Get-NetIPInterface @ipv4).Dhcp -ne 'Disabled') { Set-NetIPInterface @ipv4 -Dhcp Disabled }
    $there = $false
    foreach ($address in @(Get-NetIPAddress @ipv4 -ErrorAction SilentlyContinue)) {
        if ($address.IPAddress -eq $Fields.guest_v4_ipaddr -and [int]$address.PrefixLength -eq $prefix) { $there = $true }
        else { Remove-NetIPAddress @on -IPAddress $address.IPAddress -Confirm:$false }
    }
    if (-not $there) { $null = New-NetIPAddress @on -IPAddress $Fields.guest_v4_ipaddr -PrefixLength $prefix }
    $default = @{ InterfaceIndex = $InterfaceIndex; DestinationPrefix = '0.0.0.0/0' }
    $there = $false
    foreach ($route in @(Get-NetRoute @default -ErrorAction SilentlyContinue)) {
        if ($route.NextHop -eq $Fields.guest_v4_defaultgw) { $there = $true }
        else { Remove-NetRoute @default -NextHop $route.NextHop -Confirm:$false }
    }
    if (-not $there) { $null = New-NetRoute @default -NextHop $Fields.guest_v4_defaultgw }
}
