function Set-HvoGuestKvpItem {
    <#
    .SYNOPSIS
        Sets or removes an item that the guest publishes to the host. An item that is already as wanted is not written.
    .PARAMETER Name
        Name of the item.
    .PARAMETER Value
        The value. If it is empty, the item is removed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('ProvisioningReady', 'ProvisioningState')] [string] $Name,
        [Parameter()] [string] $Value = ''
    )
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\Guest'
    $current = Get-HvoRegistryValue -Path $pool -Name $Name
    if ($Value) {
        if ($current -cne $Value) { Set-HvoRegistryValue -Path $pool -Name $Name -Value $Value }
    } elseif ($null -ne $current) {
        Remove-HvoRegistryValue -Path $pool -Name $Name
    }
}
