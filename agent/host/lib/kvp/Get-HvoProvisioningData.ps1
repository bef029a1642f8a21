function Get-HvoProvisioningData {
    <#
    .SYNOPSIS
        Returns the ProvisioningData items that are published to a guest.
    .DESCRIPTION
        The items are settings of the VM, readable whether it runs or not. Checkpoints have their own settings under their
        own GUIDs.
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
