function Get-HvoProvisioningData {
    <#
    .SYNOPSIS
        Returns the ProvisioningData items that the host has for a guest.
    .DESCRIPTION
        They are settings of the VM and can be read whether it runs or not. Checkpoints have settings of their own, under
        their own GUIDs.
    .OUTPUTS
        Hashtable of name to value.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $filter = "InstanceID LIKE 'Microsoft:$($VmId.ToUpperInvariant())%'"
    $settings = @(Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName 'Msvm_KvpExchangeComponentSettingData' -Filter $filter)
    $found = @{}
    foreach ($setting in $settings) {
        foreach ($text in @(Get-HvoProperty $setting 'HostExchangeItems')) {
            if (-not $text) { continue }
            $item = ConvertFrom-HvoKvpItem $text
            if ($null -ne $item -and $item.Name -clike 'ProvisioningData*') { $found[$item.Name] = $item.Data }
        }
    }
    return $found
}
