function Clear-HvoGuestKvpItem {
    <#
    .SYNOPSIS
        Removes the items that an earlier run of the guest has published to the host.
    #>
    [CmdletBinding()]
    param()
    foreach ($name in 'ProvisioningReady', 'ProvisioningState') {
        Remove-HvoRegistryValue -Path 'SOFTWARE\Microsoft\Virtual Machine\Guest' -Name $name
    }
}
