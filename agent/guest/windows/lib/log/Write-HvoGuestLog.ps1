function Write-HvoGuestLog {
    <#
    .SYNOPSIS
        Writes an entry to the log of the guest.
    .DESCRIPTION
        An entry consists of names from closed lists and of numbers, so no provisioning data can get into the log.
    .PARAMETER Context
        The context of the guest. Only Log is used.
    .PARAMETER Name
        What happened.
    .PARAMETER Detail
        More detail, such as a code.
    .PARAMETER Number
        A Windows error number, or 0.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [ValidatePattern('\A[A-Za-z]{1,40}\z', Options = 'None')] [string] $Name,
        [Parameter()] [ValidatePattern('\A[A-Za-z]{0,40}\z', Options = 'None')] [string] $Detail = '',
        [Parameter()] [int] $Number = 0
    )
    $at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    $line = "$at $Name $Detail".TrimEnd()
    if ($Number -ne 0) { $line = "$line $Number" }
    Add-HvoLogLine -Path $Context.Log -Line $line
}
