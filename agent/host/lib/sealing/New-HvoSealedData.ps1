function New-HvoSealedData {
    <#
    .SYNOPSIS
        Returns the guest's data sealed by the agent, at most five times in a run.
    .OUTPUTS
        String: the JWE.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowNull()] [PSCustomObject] $Key
    )
    if ($null -eq $Key) {
        Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest posts no key now.'
    }
    if ($Context.Journal.sealings -ge 5) {
        Stop-HvoLaunch -Code GuestKeyInvalid -Message ("The guest's data was sealed $($Context.Journal.sealings) times in this run, " +
            'and the guest posts another key now.')
    }
    $Context.Journal.sealings = $Context.Journal.sealings + 1
    Save-HvoJournal -Context $Context
    return ConvertTo-HvoSealedData -Context $Context -Key $Key
}
