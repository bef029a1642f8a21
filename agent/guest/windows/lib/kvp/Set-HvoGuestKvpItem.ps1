function Set-HvoGuestKvpItem {
    <#
    .SYNOPSIS
    Posts a value to the host, unless it is posted already.
    .PARAMETER Name
    Name of the value.
    .PARAMETER Value
    The value, or nothing to take the post back.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('ProvisioningReady', 'ProvisioningState')] [string] $Name,
        [Parameter()] [string] $Value = ''
    )
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\Guest'
    $posted = Get-HvoRegistryValue -Path $pool -Name $Name
    if ($Value) {
        if ($posted -cne $Value) { Set-HvoRegistryValue -Path $pool -Name $Name -Value $Value }
    }
    elseif ($null -ne $posted) { Remove-HvoRegistryValue -Path $pool -Name $Name }
}
