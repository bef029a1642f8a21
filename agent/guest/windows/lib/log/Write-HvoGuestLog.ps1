function Write-HvoGuestLog {
    <#
    .SYNOPSIS
    Notes what the guest does, in words of closed lists and numbers alone: nothing of the data can get into the log.
    .PARAMETER Context
    The guest's context, as New-HvoGuestContext makes it.
    .PARAMETER Word
    What happened.
    .PARAMETER Detail
    A second word, such as a code.
    .PARAMETER Number
    An error number of Windows; 0 for none.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [ValidatePattern('\A[A-Za-z]{1,40}\z')] [string] $Word,
        [Parameter()] [ValidatePattern('\A[A-Za-z]{0,40}\z')] [string] $Detail = '',
        [Parameter()] [int] $Number = 0
    )
    $at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    $line = "$at $Word $Detail".TrimEnd()
    if ($Number -ne 0) { $line = "$line $Number" }
    Add-HvoLogLine -Path $Context.Log -Line $line
}
