function Clear-HvoProvisioningData {
    <#
    .SYNOPSIS
        Removes all ProvisioningData items of a guest and verifies that; fails with PublishFailed if any remains.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $System,
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $why = 'they still exist after their removal.'
    for ($try = 1; $try -le 4; $try++) {
        # The manifest is removed first, so that no guest starts on parts that are about to be removed.
        $names = [string[]]@((Get-HvoProvisioningData -VmId $VmId).Keys)
        if (-not $names.Count) { return }
        [Array]::Sort($names, [StringComparer]::Ordinal)
        try {
            Invoke-HvoKvpMethod -System $System -Method RemoveKvpItems -Items @($names | ForEach-Object { ConvertTo-HvoKvpItem -Name $_ })
        } catch {
            $why = $_.Exception.Message
        }
    }
    Stop-HvoLaunch -Code PublishFailed -Message "The guest's encrypted data could not be deleted from the VM's key-value pairs: $why"
}
