function Clear-HvoGuestKvpItem {
    <#
    .SYNOPSIS
    Takes back what this VM may have told its host as a provisioned machine.
    #>
    [CmdletBinding()]
    param()
    foreach ($name in 'ProvisioningReady', 'ProvisioningState') {
        Remove-HvoRegistryValue -Path 'SOFTWARE\Microsoft\Virtual Machine\Guest' -Name $name
    }
}
