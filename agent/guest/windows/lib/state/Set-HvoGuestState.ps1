function Set-HvoGuestState {
    <#
    .SYNOPSIS
    Writes how far the guest is with this VM.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state, as Get-HvoGuestState returns it; nothing in it is secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    Set-HvoFileContent -Path $Context.State -Content (ConvertTo-Json -InputObject $State -Compress)
}
