function New-HvoSealedData {
    <#
    .SYNOPSIS
        Seals the guest's data in the agent, at most five times in a run.
    .OUTPUTS
        String: the JWE.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowNull()] [hashtable] $Key
    )
    if ($null -eq $Key) {
        Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest posts no key now.'
    }
    if ($Context.Journal.sealings -ge 5) {
        Stop-HvoLaunch -Code GuestKeyInvalid -Retryable $false -Message ('The guest made a new key again and again: its data was sealed ' +
            'five times in this run. Find out why the guest starts anew.')
    }
    $Context.Journal.sealings = $Context.Journal.sealings + 1
    Save-HvoJournal -Context $Context
    return ConvertTo-HvoSealedData -Context $Context -Key $Key
}
