function Set-HvoGuestState {
    <#
    .SYNOPSIS
        Saves how far this VM is provisioned.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state, as Get-HvoGuestState returns it. It contains no secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State
    )
    Set-HvoFileContent -Path $Context.State -Content (ConvertTo-Json -InputObject $State -Compress)
}
