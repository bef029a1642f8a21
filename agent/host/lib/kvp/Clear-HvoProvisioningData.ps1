function Clear-HvoProvisioningData {
    <#
    .SYNOPSIS
        Removes every ProvisioningData item of a guest and reads back that they are gone; fails with PublishFailed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $System,
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $why = 'they are still there when they are read back.'
    for ($try = 1; $try -le 4; $try++) {
        # The manifest goes first, so that no guest starts on parts that are about to go.
        $names = @((Get-HvoProvisioningData -VmId $VmId).Keys | Sort-Object)
        if (-not $names.Count) { return }
        try {
            Invoke-HvoKvpMethod -System $System -Method RemoveKvpItems -Items @($names | ForEach-Object { ConvertTo-HvoKvpItem -Name $_ })
        } catch {
            $why = $_.Exception.Message
        }
    }
    Stop-HvoLaunch -Code PublishFailed -Message ("The guest's data could not be deleted from the VM's key-value pairs: $why It is " +
        'encrypted, and is deleted at the next launch. Look at the integration services of the VM.')
}
